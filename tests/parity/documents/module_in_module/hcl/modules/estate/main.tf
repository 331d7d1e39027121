data "aws_caller_identity" "current" {
}

data "aws_iam_policy_document" "kms_key_logs" {
  statement {
    sid = "Owner"
    effect = "Allow"
    actions = ["kms:*"]
    resources = ["*"]
    principals {
      type = "AWS"
      identifiers = ["arn:aws:iam::${data.aws_caller_identity.current.account_id}:root"]
    }
  }
  statement {
    sid = "CloudTrail"
    effect = "Allow"
    actions = ["kms:GenerateDataKey*", "kms:DescribeKey"]
    resources = ["*"]
    principals {
      type = "Service"
      identifiers = ["cloudtrail.amazonaws.com"]
    }
    condition {
      test = "StringEquals"
      variable = "aws:SourceArn"
      values = [
        "arn:aws:cloudtrail:us-east-1:${data.aws_caller_identity.current.account_id}:trail/good",
      ]
    }
  }
  statement {
    sid = "Logs"
    effect = "Allow"
    actions = ["kms:Encrypt*", "kms:Decrypt*", "kms:GenerateDataKey*", "kms:Describe*"]
    resources = ["*"]
    principals {
      type = "Service"
      identifiers = ["logs.us-east-1.amazonaws.com"]
    }
    condition {
      test = "ArnLike"
      variable = "kms:EncryptionContext:aws:logs:arn"
      values = ["arn:aws:logs:us-east-1:${data.aws_caller_identity.current.account_id}:*"]
    }
  }
}

resource "aws_kms_key" "logs" {
  description = "logs of the trail"
  enable_key_rotation = true
  policy = data.aws_iam_policy_document.kms_key_logs.json
}

resource "aws_s3_bucket" "access" {
  bucket = "parity-good-access"
}

resource "aws_s3_bucket" "logs" {
  bucket = "parity-good-logs"
  object_lock_enabled = true
}

resource "aws_s3_bucket_versioning" "logs" {
  bucket = aws_s3_bucket.logs.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_object_lock_configuration" "logs" {
  bucket = aws_s3_bucket.logs.id
  rule {
    default_retention {
      mode = "COMPLIANCE"
      days = 365
    }
  }
}

resource "aws_s3_bucket_public_access_block" "logs" {
  bucket = aws_s3_bucket.logs.id
  block_public_acls = true
  block_public_policy = true
  ignore_public_acls = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "logs" {
  bucket = aws_s3_bucket.logs.id
  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "logs" {
  bucket = aws_s3_bucket.logs.id
  rule {
    id = "keep"
    status = "Enabled"
    filter {
    }
    expiration {
      days = 400
    }
    noncurrent_version_expiration {
      noncurrent_days = 400
    }
  }
}

data "aws_iam_policy_document" "s3_bucket_policy_access" {
  statement {
    sid = "AccessLogs"
    effect = "Allow"
    actions = ["s3:PutObject"]
    resources = ["${aws_s3_bucket.access.arn}/*"]
    principals {
      type = "Service"
      identifiers = ["logging.s3.amazonaws.com"]
    }
  }
}

resource "aws_s3_bucket_policy" "access" {
  bucket = aws_s3_bucket.access.id
  policy = data.aws_iam_policy_document.s3_bucket_policy_access.json
}

resource "aws_s3_bucket_logging" "logs" {
  bucket = aws_s3_bucket.logs.id
  target_bucket = aws_s3_bucket.access.id
  target_prefix = "audit/"
  depends_on = [aws_s3_bucket_policy.access]
}

data "aws_iam_policy_document" "s3_bucket_policy_logs" {
  statement {
    sid = "AclCheck"
    effect = "Allow"
    actions = ["s3:GetBucketAcl"]
    resources = [aws_s3_bucket.logs.arn]
    principals {
      type = "Service"
      identifiers = ["cloudtrail.amazonaws.com"]
    }
    condition {
      test = "StringEquals"
      variable = "aws:SourceArn"
      values = [
        "arn:aws:cloudtrail:us-east-1:${data.aws_caller_identity.current.account_id}:trail/good",
      ]
    }
  }
  statement {
    sid = "Write"
    effect = "Allow"
    actions = ["s3:PutObject"]
    resources = [
      "${aws_s3_bucket.logs.arn}/AWSLogs/${data.aws_caller_identity.current.account_id}/*",
    ]
    principals {
      type = "Service"
      identifiers = ["cloudtrail.amazonaws.com"]
    }
    condition {
      test = "StringEquals"
      variable = "s3:x-amz-acl"
      values = ["bucket-owner-full-control"]
    }
    condition {
      test = "StringEquals"
      variable = "aws:SourceArn"
      values = [
        "arn:aws:cloudtrail:us-east-1:${data.aws_caller_identity.current.account_id}:trail/good",
      ]
    }
  }
  statement {
    sid = "TlsOnly"
    effect = "Deny"
    actions = ["s3:*"]
    resources = [aws_s3_bucket.logs.arn, "${aws_s3_bucket.logs.arn}/*"]
    principals {
      type = "*"
      identifiers = ["*"]
    }
    condition {
      test = "Bool"
      variable = "aws:SecureTransport"
      values = ["false"]
    }
  }
}

resource "aws_s3_bucket_policy" "logs" {
  bucket = aws_s3_bucket.logs.id
  policy = data.aws_iam_policy_document.s3_bucket_policy_logs.json
}

resource "aws_cloudwatch_log_group" "trail" {
  name = "/audit/good"
  retention_in_days = 400
  kms_key_id = aws_kms_key.logs.arn
}

data "aws_iam_policy_document" "iam_role_delivery" {
  statement {
    effect = "Allow"
    actions = ["sts:AssumeRole"]
    principals {
      type = "Service"
      identifiers = ["cloudtrail.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "delivery" {
  name = "parity-good-delivery"
  assume_role_policy = data.aws_iam_policy_document.iam_role_delivery.json
}

data "aws_iam_policy_document" "iam_role_policy_delivery" {
  statement {
    effect = "Allow"
    actions = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.trail.arn}:*"]
  }
}

resource "aws_iam_role_policy" "delivery" {
  name = "deliver"
  role = aws_iam_role.delivery.id
  policy = data.aws_iam_policy_document.iam_role_policy_delivery.json
}

resource "aws_sns_topic" "trail" {
  name = "parity-good"
}

data "aws_iam_policy_document" "sns_topic_policy_trail" {
  statement {
    effect = "Allow"
    actions = ["SNS:Publish"]
    resources = [aws_sns_topic.trail.arn]
    principals {
      type = "Service"
      identifiers = ["cloudtrail.amazonaws.com"]
    }
    condition {
      test = "StringEquals"
      variable = "aws:SourceArn"
      values = [
        "arn:aws:cloudtrail:us-east-1:${data.aws_caller_identity.current.account_id}:trail/good",
      ]
    }
  }
}

resource "aws_sns_topic_policy" "trail" {
  arn = aws_sns_topic.trail.arn
  policy = data.aws_iam_policy_document.sns_topic_policy_trail.json
}

resource "aws_cloudwatch_log_metric_filter" "root" {
  name = "root-use"
  log_group_name = aws_cloudwatch_log_group.trail.name
  pattern = "{ $.userIdentity.type = \"Root\" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != \"AwsServiceEvent\" }"
  metric_transformation {
    name = "RootUse"
    namespace = "Audit"
    value = "1"
  }
}

resource "aws_cloudwatch_metric_alarm" "root" {
  alarm_name = "root-use"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  evaluation_periods = 1
  threshold = 1
  period = 300
  statistic = "Sum"
  metric_name = "RootUse"
  namespace = "Audit"
  alarm_actions = [aws_sns_topic.trail.arn]
}

resource "aws_iam_user" "reader" {
  name = "parity-good-reader"
}

data "aws_iam_policy_document" "iam_user_policy_reader" {
  statement {
    effect = "Allow"
    actions = ["cloudtrail:Get*", "cloudtrail:LookupEvents"]
    resources = ["*"]
  }
}

resource "aws_iam_user_policy" "reader" {
  name = "read"
  user = aws_iam_user.reader.name
  policy = data.aws_iam_policy_document.iam_user_policy_reader.json
}

resource "aws_cloudtrail" "main" {
  name = "good"
  s3_bucket_name = aws_s3_bucket.logs.id
  is_multi_region_trail = true
  enable_log_file_validation = true
  kms_key_id = aws_kms_key.logs.arn
  cloud_watch_logs_group_arn = "${aws_cloudwatch_log_group.trail.arn}:*"
  cloud_watch_logs_role_arn = aws_iam_role.delivery.arn
  sns_topic_name = aws_sns_topic.trail.name
  advanced_event_selector {
    name = "management"
    field_selector {
      field = "eventCategory"
      equals = ["Management"]
    }
  }
  advanced_event_selector {
    name = "objects"
    field_selector {
      field = "eventCategory"
      equals = ["Data"]
    }
    field_selector {
      field = "resources.type"
      equals = ["AWS::S3::Object"]
    }
    field_selector {
      field = "resources.ARN"
      not_starts_with = ["arn:aws:s3:::parity-good-logs/", "arn:aws:s3:::parity-good-access/"]
    }
  }
  insight_selector {
    insight_type = "ApiCallRateInsight"
  }
  insight_selector {
    insight_type = "ApiErrorRateInsight"
  }
  tags = {
    owner = "audit"
  }
}
