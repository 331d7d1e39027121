data "aws_caller_identity" "current" {
}

resource "aws_organizations_organization" "this" {
  aws_service_access_principals = ["cloudtrail.amazonaws.com"]
  enabled_policy_types = ["SERVICE_CONTROL_POLICY"]
  feature_set = "ALL"
}

resource "aws_organizations_policy" "guard" {
  name = "guard"
  content = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect = "Deny"
        Action = ["cloudtrail:StopLogging"]
        Resource = "*"
      },
    ]
  })
}

resource "aws_organizations_policy_attachment" "guard" {
  policy_id = aws_organizations_policy.guard.id
  target_id = "r-abcd"
}

resource "aws_cloudtrail_event_data_store" "main" {
  name = "main-store"
  multi_region_enabled = false
  termination_protection_enabled = false
  retention_period = 90
  suspend = "true"
}

resource "aws_s3_bucket" "logs" {
  bucket = "parity-unguarded-logs"
}

resource "aws_cloudtrail" "main" {
  name = "unguarded"
  s3_bucket_name = aws_s3_bucket.logs.id
  is_multi_region_trail = true
}
