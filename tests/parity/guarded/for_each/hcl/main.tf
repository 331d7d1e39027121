data "aws_caller_identity" "current" {
}

resource "aws_organizations_organization" "this" {
  for_each = toset(["a"])
  aws_service_access_principals = ["cloudtrail.amazonaws.com"]
  enabled_policy_types = ["SERVICE_CONTROL_POLICY"]
  feature_set = "ALL"
}

resource "aws_organizations_policy" "guard" {
  for_each = toset(["a"])
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
  for_each = toset(["a"])
  policy_id = aws_organizations_policy.guard[each.key].id
  target_id = "r-abcd"
}

resource "aws_kms_key" "lake" {
  for_each = toset(["a"])
  description = "lake"
  enable_key_rotation = true
}

resource "aws_cloudtrail_event_data_store" "main" {
  for_each = toset(["a"])
  name = "main-store"
  kms_key_id = aws_kms_key.lake[each.key].arn
  organization_enabled = true
}

resource "aws_organizations_delegated_administrator" "audit" {
  for_each = toset(["a"])
  account_id = "210987654321"
  service_principal = "cloudtrail.amazonaws.com"
}

resource "aws_s3_bucket" "logs" {
  for_each = toset(["a"])
  bucket = "parity-guarded-logs"
}

resource "aws_s3_bucket_versioning" "logs" {
  for_each = toset(["a"])
  bucket = aws_s3_bucket.logs[each.key].id
  versioning_configuration {
    status = "Enabled"
    mfa_delete = "Enabled"
  }
}

resource "aws_cloudtrail" "main" {
  for_each = toset(["a"])
  name = "guarded"
  s3_bucket_name = aws_s3_bucket.logs[each.key].id
  is_multi_region_trail = true
  is_organization_trail = true
}
