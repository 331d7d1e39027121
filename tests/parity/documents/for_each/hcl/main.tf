data "aws_caller_identity" "current" {
}

data "aws_iam_policy_document" "kms_key_logs" {
  for_each = toset(["a"])
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
  for_each = toset(["a"])
  description = "logs of the trail"
  enable_key_rotation = true
  policy = data.aws_iam_policy_document.kms_key_logs[each.key].json
}

resource "aws_s3_bucket" "access" {
  for_each = toset(["a"])
  bucket = "parity-good-access"
}

resource "aws_s3_bucket" "logs" {
  for_each = toset(["a"])
  bucket = "parity-good-logs"
  object_lock_enabled = true
}

resource "aws_s3_bucket_versioning" "logs" {
  for_each = toset(["a"])
  bucket = aws_s3_bucket.logs[each.key].id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_object_lock_configuration" "logs" {
  for_each = toset(["a"])
  bucket = aws_s3_bucket.logs[each.key].id
  rule {
    default_retention {
      mode = "COMPLIANCE"
      days = 365
    }
  }
}

resource "aws_s3_bucket_public_access_block" "logs" {
  for_each = toset(["a"])
  bucket = aws_s3_bucket.logs[each.key].id
  block_public_acls = true
  block_public_policy = true
  ignore_public_acls = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "logs" {
  for_each = toset(["a"])
  bucket = aws_s3_bucket.logs[each.key].id
  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "logs" {
  for_each = toset(["a"])
  bucket = aws_s3_bucket.logs[each.key].id
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
  for_each = toset(["a"])
  statement {
    sid = "AccessLogs"
    effect = "Allow"
    actions = ["s3:PutObject"]
    resources = ["${aws_s3_bucket.access[each.key].arn}/*"]
    principals {
      type = "Service"
      identifiers = ["logging.s3.amazonaws.com"]
    }
  }
}

resource "aws_s3_bucket_policy" "access" {
  for_each = toset(["a"])
  bucket = aws_s3_bucket.access[each.key].id
  policy = data.aws_iam_policy_document.s3_bucket_policy_access[each.key].json
}

resource "aws_s3_bucket_logging" "logs" {
  for_each = toset(["a"])
  bucket = aws_s3_bucket.logs[each.key].id
  target_bucket = aws_s3_bucket.access[each.key].id
  target_prefix = "audit/"
  depends_on = [aws_s3_bucket_policy.access]
}

data "aws_iam_policy_document" "s3_bucket_policy_logs" {
  for_each = toset(["a"])
  statement {
    sid = "AclCheck"
    effect = "Allow"
    actions = ["s3:GetBucketAcl"]
    resources = [aws_s3_bucket.logs[each.key].arn]
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
      "${aws_s3_bucket.logs[each.key].arn}/AWSLogs/${data.aws_caller_identity.current.account_id}/*",
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
    resources = [aws_s3_bucket.logs[each.key].arn, "${aws_s3_bucket.logs[each.key].arn}/*"]
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
  for_each = toset(["a"])
  bucket = aws_s3_bucket.logs[each.key].id
  policy = data.aws_iam_policy_document.s3_bucket_policy_logs[each.key].json
}

resource "aws_cloudwatch_log_group" "trail" {
  for_each = toset(["a"])
  name = "/audit/good"
  retention_in_days = 400
  kms_key_id = aws_kms_key.logs[each.key].arn
}

data "aws_iam_policy_document" "iam_role_delivery" {
  for_each = toset(["a"])
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
  for_each = toset(["a"])
  name = "parity-good-delivery"
  assume_role_policy = data.aws_iam_policy_document.iam_role_delivery[each.key].json
}

data "aws_iam_policy_document" "iam_role_policy_delivery" {
  for_each = toset(["a"])
  statement {
    effect = "Allow"
    actions = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.trail[each.key].arn}:*"]
  }
}

resource "aws_iam_role_policy" "delivery" {
  for_each = toset(["a"])
  name = "deliver"
  role = aws_iam_role.delivery[each.key].id
  policy = data.aws_iam_policy_document.iam_role_policy_delivery[each.key].json
}

resource "aws_sns_topic" "trail" {
  for_each = toset(["a"])
  name = "parity-good"
}

data "aws_iam_policy_document" "sns_topic_policy_trail" {
  for_each = toset(["a"])
  statement {
    effect = "Allow"
    actions = ["SNS:Publish"]
    resources = [aws_sns_topic.trail[each.key].arn]
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
  for_each = toset(["a"])
  arn = aws_sns_topic.trail[each.key].arn
  policy = data.aws_iam_policy_document.sns_topic_policy_trail[each.key].json
}

resource "aws_cloudwatch_log_metric_filter" "root" {
  for_each = toset(["a"])
  name = "root-use"
  log_group_name = aws_cloudwatch_log_group.trail[each.key].name
  pattern = "{ $.userIdentity.type = \"Root\" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != \"AwsServiceEvent\" }"
  metric_transformation {
    name = "RootUse"
    namespace = "Audit"
    value = "1"
  }
}

resource "aws_cloudwatch_metric_alarm" "root" {
  for_each = toset(["a"])
  alarm_name = "root-use"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  evaluation_periods = 1
  threshold = 1
  period = 300
  statistic = "Sum"
  metric_name = "RootUse"
  namespace = "Audit"
  alarm_actions = [aws_sns_topic.trail[each.key].arn]
}

resource "aws_iam_user" "reader" {
  for_each = toset(["a"])
  name = "parity-good-reader"
}

data "aws_iam_policy_document" "iam_user_policy_reader" {
  for_each = toset(["a"])
  statement {
    effect = "Allow"
    actions = ["cloudtrail:Get*", "cloudtrail:LookupEvents"]
    resources = ["*"]
  }
}

resource "aws_iam_user_policy" "reader" {
  for_each = toset(["a"])
  name = "read"
  user = aws_iam_user.reader[each.key].name
  policy = data.aws_iam_policy_document.iam_user_policy_reader[each.key].json
}

resource "aws_cloudtrail" "main" {
  for_each = toset(["a"])
  name = "good"
  s3_bucket_name = aws_s3_bucket.logs[each.key].id
  is_multi_region_trail = true
  enable_log_file_validation = true
  kms_key_id = aws_kms_key.logs[each.key].arn
  cloud_watch_logs_group_arn = "${aws_cloudwatch_log_group.trail[each.key].arn}:*"
  cloud_watch_logs_role_arn = aws_iam_role.delivery[each.key].arn
  sns_topic_name = aws_sns_topic.trail[each.key].name
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
