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
        Action = [
          "cloudtrail:StopLogging",
          "cloudtrail:DeleteTrail",
          "cloudtrail:UpdateTrail",
          "cloudtrail:PutEventSelectors",
        ]
        Resource = "*"
      },
    ]
  })
}

resource "aws_organizations_policy_attachment" "guard" {
  policy_id = aws_organizations_policy.guard.id
  target_id = "r-abcd"
}

resource "aws_kms_key" "lake" {
  description = "lake"
  enable_key_rotation = true
}

resource "aws_cloudtrail_event_data_store" "main" {
  name = "main-store"
  kms_key_id = aws_kms_key.lake.arn
  organization_enabled = true
}

resource "aws_organizations_delegated_administrator" "audit" {
  account_id = "210987654321"
  service_principal = "cloudtrail.amazonaws.com"
}

resource "aws_s3_bucket" "logs" {
  bucket = "parity-guarded-logs"
}

resource "aws_s3_bucket_versioning" "logs" {
  bucket = aws_s3_bucket.logs.id
  versioning_configuration {
    status = "Enabled"
    mfa_delete = "Enabled"
  }
}

resource "aws_cloudtrail" "main" {
  name = "guarded"
  s3_bucket_name = aws_s3_bucket.logs.id
  is_multi_region_trail = true
  is_organization_trail = true
}
