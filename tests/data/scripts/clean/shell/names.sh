aws cloudtrail create-subscriptions
aws cloudtrail-data create-subscription
aws-cloudtrail create-subscription
aws s3 ls cloudtrail create-subscription
