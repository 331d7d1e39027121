aws cloudtrail create-subscription --nam Default --s3-us audit-logs --include-g true
