data "aws_caller_identity" "current" {
}

resource "aws_s3_bucket" "reads" {
  for_each = toset(["a"])
  bucket = "parity-many-reads"
}

resource "aws_s3_bucket" "writes" {
  for_each = toset(["a"])
  bucket = "parity-many-writes"
}

resource "aws_s3_bucket" "data" {
  for_each = toset(["a"])
  bucket = "parity-many-data"
}

resource "aws_iam_role" "emergency" {
  for_each = toset(["a"])
  name = "parity-many-emergency"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect = "Allow"
        Action = "sts:AssumeRole"
        Principal = {
          AWS = data.aws_caller_identity.current.account_id
        }
      },
    ]
  })
}

resource "aws_iam_role_policy_attachment" "emergency" {
  for_each = toset(["a"])
  role = aws_iam_role.emergency[each.key].name
  policy_arn = "arn:aws:iam::aws:policy/AWSCloudTrail_FullAccess"
}

resource "aws_cloudtrail" "reads" {
  for_each = toset(["a"])
  name = "reads"
  s3_bucket_name = aws_s3_bucket.reads[each.key].id
  is_multi_region_trail = true
  event_selector {
    read_write_type = "ReadOnly"
    include_management_events = true
  }
  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_cloudtrail" "writes" {
  for_each = toset(["a"])
  name = "writes"
  s3_bucket_name = aws_s3_bucket.writes[each.key].id
  is_multi_region_trail = true
  tags = {
    owner = "audit"
    stage = "live"
  }
  event_selector {
    read_write_type = "WriteOnly"
    include_management_events = true
  }
}

resource "aws_cloudtrail" "data_1" {
  for_each = toset(["a"])
  name = "data-1"
  s3_key_prefix = "part-1"
  is_multi_region_trail = false
  s3_bucket_name = aws_s3_bucket.data[each.key].id
  advanced_event_selector {
    name = "functions"
    field_selector {
      field = "eventCategory"
      equals = ["Data"]
    }
    field_selector {
      field = "resources.type"
      equals = ["AWS::Lambda::Function"]
    }
  }
}

resource "aws_cloudtrail" "data_2" {
  for_each = toset(["a"])
  name = "data-2"
  s3_key_prefix = "part-2"
  is_multi_region_trail = false
  s3_bucket_name = aws_s3_bucket.data[each.key].id
  advanced_event_selector {
    name = "functions"
    field_selector {
      field = "eventCategory"
      equals = ["Data"]
    }
    field_selector {
      field = "resources.type"
      equals = ["AWS::Lambda::Function"]
    }
  }
}

resource "aws_cloudtrail" "data_3" {
  for_each = toset(["a"])
  name = "data-3"
  s3_key_prefix = "part-3"
  is_multi_region_trail = false
  s3_bucket_name = aws_s3_bucket.data[each.key].id
  advanced_event_selector {
    name = "functions"
    field_selector {
      field = "eventCategory"
      equals = ["Data"]
    }
    field_selector {
      field = "resources.type"
      equals = ["AWS::Lambda::Function"]
    }
  }
}
