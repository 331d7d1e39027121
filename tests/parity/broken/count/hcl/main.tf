data "aws_caller_identity" "current" {
}

resource "aws_kms_key" "logs" {
  count = 1
  description = "open"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect = "Allow"
        Principal = "*"
        Action = "kms:*"
        Resource = "*"
      },
    ]
  })
}

resource "aws_s3_bucket" "logs" {
  count = 1
  bucket = "parity-broken-logs"
}

resource "aws_s3_bucket_ownership_controls" "logs" {
  count = 1
  bucket = aws_s3_bucket.logs[0].id
  rule {
    object_ownership = "ObjectWriter"
  }
}

resource "aws_s3_bucket_acl" "logs" {
  count = 1
  bucket = aws_s3_bucket.logs[0].id
  acl = "public-read"
}

resource "aws_s3_bucket_policy" "logs" {
  count = 1
  bucket = aws_s3_bucket.logs[0].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid = "AclCheck"
        Effect = "Allow"
        Principal = {
          Service = "cloudtrail.amazonaws.com"
        }
        Action = "s3:GetBucketAcl"
        Resource = "arn:aws:s3:::parity-broken-logs"
        Condition = {
          StringEquals = {
            "aws:SourceArn" = "arn:aws:cloudtrail:us-east-1:${data.aws_caller_identity.current.account_id}:trail/first"
          }
        }
      },
      {
        Sid = "Everyone"
        Effect = "Allow"
        Principal = {
          AWS = "*"
        }
        Action = "s3:GetObject"
        Resource = "arn:aws:s3:::parity-broken-logs/*"
      },
      {
        Sid = "AccessLogs"
        Effect = "Allow"
        Principal = {
          Service = "logging.s3.amazonaws.com"
        }
        Action = "s3:PutObject"
        Resource = "arn:aws:s3:::parity-broken-logs/*"
      },
    ]
  })
}

resource "aws_s3_bucket" "app" {
  count = 1
  bucket = "parity-broken-app"
}

resource "aws_s3_bucket_logging" "app" {
  count = 1
  bucket = aws_s3_bucket.app[0].id
  target_bucket = aws_s3_bucket.logs[0].id
  target_prefix = "app/"
  depends_on = [aws_s3_bucket_policy.logs]
}

resource "aws_cloudtrail" "first" {
  count = 1
  name = "first"
  s3_bucket_name = aws_s3_bucket.logs[0].id
  kms_key_id = aws_kms_key.logs[0].arn
  is_multi_region_trail = true
}

resource "aws_cloudtrail" "second" {
  count = 1
  name = "second"
  s3_bucket_name = aws_s3_bucket.logs[0].id
  is_multi_region_trail = true
  enable_log_file_validation = true
}

resource "aws_cloudtrail" "stopped" {
  count = 1
  name = "stopped"
  s3_bucket_name = aws_s3_bucket.app[0].id
  enable_logging = false
  include_global_service_events = false
  event_selector {
    read_write_type = "All"
    include_management_events = false
    data_resource {
      type = "AWS::S3::Object"
      values = ["arn:aws:s3:::parity-other/"]
    }
  }
}
