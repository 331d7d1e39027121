cloudtrail create-subscription --name Default
mycli cloudtrail create-subscription
grep "aws cloudtrail create-subscription" -r .
