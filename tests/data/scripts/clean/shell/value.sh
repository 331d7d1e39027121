aws sns publish --topic-arn t --message "aws cloudtrail create-subscription"
aws ssm put-parameter --name cloudtrail --value create-subscription
