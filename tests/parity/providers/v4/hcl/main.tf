terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "4.67.0"
    }
  }
}

provider "aws" {
  region = "us-east-1"
}

resource "aws_s3_bucket" "access" {
  bucket = "parity-v4-access"
}

resource "aws_s3_bucket" "logs" {
  bucket = "parity-v4-logs"
}

resource "aws_s3_bucket_acl" "logs" {
  bucket = aws_s3_bucket.logs.id
  acl    = "private"
}

resource "aws_s3_bucket_versioning" "logs" {
  bucket = aws_s3_bucket.logs.id

  versioning_configuration {
    status     = "Enabled"
    mfa_delete = "Enabled"
  }
}

resource "aws_s3_bucket_logging" "logs" {
  bucket        = aws_s3_bucket.logs.id
  target_bucket = aws_s3_bucket.access.id
  target_prefix = "audit/"
}

resource "aws_s3_bucket_public_access_block" "logs" {
  bucket                  = aws_s3_bucket.logs.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

# The arguments of version 3 still count; the provider only warns.
resource "aws_s3_bucket" "inline" {
  bucket = "parity-v4-inline"

  versioning {
    enabled = true
  }

  logging {
    target_bucket = aws_s3_bucket.inline_access.id
  }

  lifecycle_rule {
    id      = "short"
    enabled = true

    expiration {
      days = 30
    }
  }
}

resource "aws_s3_bucket" "inline_access" {
  bucket = "parity-v4-inline-access"
}

resource "aws_s3_object" "notes" {
  bucket  = aws_s3_bucket.inline.id
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
  s3_bucket_name                = aws_s3_bucket.inline.id
  include_global_service_events = false
}
