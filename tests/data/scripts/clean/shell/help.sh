aws cloudtrail create-subscription help
aws cloudtrail help
