data "aws_caller_identity" "current" {
}

resource "aws_s3_bucket" "logs" {
  for_each = toset(["a"])
  bucket = "parity-weak-logs"
  force_destroy = true
}

resource "aws_s3_bucket_versioning" "logs" {
  for_each = toset(["a"])
  bucket = aws_s3_bucket.logs[each.key].id
  versioning_configuration {
    status = "Suspended"
  }
}

resource "aws_s3_bucket_public_access_block" "logs" {
  for_each = toset(["a"])
  bucket = aws_s3_bucket.logs[each.key].id
  block_public_acls = false
  block_public_policy = false
  ignore_public_acls = false
  restrict_public_buckets = false
}

resource "aws_s3_bucket_lifecycle_configuration" "logs" {
  for_each = toset(["a"])
  bucket = aws_s3_bucket.logs[each.key].id
  rule {
    id = "short"
    status = "Enabled"
    filter {
    }
    expiration {
      days = 30
    }
  }
}

resource "aws_s3_bucket_logging" "logs" {
  for_each = toset(["a"])
  bucket = aws_s3_bucket.logs[each.key].id
  target_bucket = aws_s3_bucket.logs[each.key].id
  target_prefix = "self/"
  depends_on = [aws_s3_bucket_policy.logs]
}

resource "aws_s3_bucket_policy" "logs" {
  for_each = toset(["a"])
  bucket = aws_s3_bucket.logs[each.key].id
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
        Resource = "arn:aws:s3:::parity-weak-logs"
      },
      {
        Sid = "Write"
        Effect = "Allow"
        Principal = {
          Service = "cloudtrail.amazonaws.com"
        }
        Action = "s3:PutObject"
        Resource = "arn:aws:s3:::parity-weak-logs/AWSLogs/${data.aws_caller_identity.current.account_id}/*"
        Condition = {
          StringEquals = {
            "s3:x-amz-acl" = "bucket-owner-full-control"
          }
        }
      },
      {
        Sid = "AccessLogs"
        Effect = "Allow"
        Principal = {
          Service = "logging.s3.amazonaws.com"
        }
        Action = "s3:PutObject"
        Resource = "arn:aws:s3:::parity-weak-logs/*"
      },
    ]
  })
}

resource "aws_cloudwatch_log_group" "trail" {
  for_each = toset(["a"])
  name = "/audit/weak"
  retention_in_days = 7
}

resource "aws_iam_role" "delivery" {
  for_each = toset(["a"])
  name = "parity-weak-delivery"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect = "Allow"
        Action = "sts:AssumeRole"
        Principal = {
          Service = "cloudtrail.amazonaws.com"
        }
      },
    ]
  })
}

resource "aws_sns_topic" "trail" {
  for_each = toset(["a"])
  name = "parity-weak"
}

resource "aws_sns_topic_policy" "trail" {
  for_each = toset(["a"])
  arn = aws_sns_topic.trail[each.key].arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect = "Allow"
        Principal = {
          Service = "cloudtrail.amazonaws.com"
        }
        Action = "SNS:Publish"
        Resource = aws_sns_topic.trail[each.key].arn
      },
    ]
  })
}

resource "aws_cloudwatch_log_metric_filter" "root" {
  for_each = toset(["a"])
  name = "root-use"
  log_group_name = aws_cloudwatch_log_group.trail[each.key].name
  pattern = "{ $.userIdentity.type = \"Root\" && $.eventName = \"ConsoleLogin\" }"
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

resource "aws_iam_role" "operator" {
  for_each = toset(["a"])
  name = "parity-weak-operator"
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

resource "aws_iam_role_policy_attachment" "operator" {
  for_each = toset(["a"])
  role = aws_iam_role.operator[each.key].name
  policy_arn = "arn:aws:iam::aws:policy/AWSCloudTrail_FullAccess"
}

resource "aws_iam_user" "intern" {
  for_each = toset(["a"])
  name = "parity-weak-intern"
}

resource "aws_iam_policy" "stop" {
  for_each = toset(["a"])
  name = "parity-weak-stop"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect = "Allow"
        Action = "cloudtrail:St*"
        Resource = "*"
      },
    ]
  })
}

resource "aws_iam_user_policy_attachment" "intern" {
  for_each = toset(["a"])
  user = aws_iam_user.intern[each.key].name
  policy_arn = aws_iam_policy.stop[each.key].arn
}

resource "aws_cloudtrail" "main" {
  for_each = toset(["a"])
  name = "weak"
  s3_bucket_name = aws_s3_bucket.logs[each.key].id
  sns_topic_name = aws_sns_topic.trail[each.key].name
  cloud_watch_logs_group_arn = "${aws_cloudwatch_log_group.trail[each.key].arn}:*"
  cloud_watch_logs_role_arn = aws_iam_role.delivery[each.key].arn
  include_global_service_events = false
  event_selector {
    read_write_type = "ReadOnly"
    include_management_events = true
  }
  event_selector {
    read_write_type = "All"
    include_management_events = false
    data_resource {
      type = "AWS::S3::Object"
      values = ["arn:aws:s3"]
    }
  }
}
