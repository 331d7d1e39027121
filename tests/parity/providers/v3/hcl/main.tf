terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "3.76.1"
    }
  }
}

provider "aws" {
  region = "us-east-1"
}

resource "aws_s3_bucket" "access" {
  bucket = "parity-v3-access"
  acl    = "log-delivery-write"
}

resource "aws_s3_bucket" "logs" {
  bucket = "parity-v3-logs"
  acl    = "private"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { Service = "cloudtrail.amazonaws.com" }
        Action    = "s3:GetBucketAcl"
        Resource  = "arn:aws:s3:::parity-v3-logs"
        Condition = { StringEquals = { "aws:SourceArn" = "arn:aws:cloudtrail:us-east-1:123456789012:trail/kept" } }
      },
      {
        Effect    = "Allow"
        Principal = { Service = "cloudtrail.amazonaws.com" }
        Action    = "s3:PutObject"
        Resource  = "arn:aws:s3:::parity-v3-logs/AWSLogs/123456789012/*"
        Condition = {
          StringEquals = {
            "aws:SourceArn" = "arn:aws:cloudtrail:us-east-1:123456789012:trail/kept"
            "s3:x-amz-acl"  = "bucket-owner-full-control"
          }
        }
      },
    ]
  })

  versioning {
    enabled = true
  }

  logging {
    target_bucket = aws_s3_bucket.access.id
    target_prefix = "audit/"
  }

  lifecycle_rule {
    id      = "keep"
    enabled = true

    expiration {
      days = 400
    }

    noncurrent_version_expiration {
      days = 400
    }
  }

  object_lock_configuration {
    object_lock_enabled = "Enabled"

    rule {
      default_retention {
        mode = "GOVERNANCE"
        days = 365
      }
    }
  }
}

resource "aws_s3_bucket" "open" {
  bucket        = "parity-v3-open"
  acl           = "public-read"
  force_destroy = true

  versioning {
    enabled    = false
    mfa_delete = false
  }

  lifecycle_rule {
    id      = "short"
    enabled = true

    expiration {
      days = 30
    }
  }
}

resource "aws_s3_bucket_object" "notes" {
  bucket  = aws_s3_bucket.open.id
  key     = "notes.txt"
  content = "not a log"
}

resource "aws_cloudtrail" "kept" {
  name                       = "kept"
  s3_bucket_name             = aws_s3_bucket.logs.id
  is_multi_region_trail      = true
  enable_log_file_validation = true
}

resource "aws_cloudtrail" "loose" {
  name                          = "loose"
  s3_bucket_name                = aws_s3_bucket.open.id
  include_global_service_events = false
}
