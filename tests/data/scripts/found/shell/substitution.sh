result=$(aws cloudtrail create-subscription --name Default --s3-use-bucket b 2>&1) || exit 1
aws cloudtrail update-subscription --name Default | tee log
