data "aws_caller_identity" "current" {
}

resource "aws_s3_bucket" "reads" {
  bucket = "parity-many-reads"
}

resource "aws_s3_bucket" "writes" {
  bucket = "parity-many-writes"
}

resource "aws_s3_bucket" "data" {
  bucket = "parity-many-data"
}

resource "aws_iam_role" "emergency" {
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
  role = aws_iam_role.emergency.name
  policy_arn = "arn:aws:iam::aws:policy/AWSCloudTrail_FullAccess"
}

resource "aws_cloudtrail" "reads" {
  name = "reads"
  s3_bucket_name = aws_s3_bucket.reads.id
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
  name = "writes"
  s3_bucket_name = aws_s3_bucket.writes.id
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
  name = "data-1"
  s3_key_prefix = "part-1"
  is_multi_region_trail = false
  s3_bucket_name = aws_s3_bucket.data.id
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
  name = "data-2"
  s3_key_prefix = "part-2"
  is_multi_region_trail = false
  s3_bucket_name = aws_s3_bucket.data.id
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
  name = "data-3"
  s3_key_prefix = "part-3"
  is_multi_region_trail = false
  s3_bucket_name = aws_s3_bucket.data.id
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
