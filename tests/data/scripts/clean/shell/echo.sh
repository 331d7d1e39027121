echo "aws cloudtrail create-subscription --name x"
printf '%s\n' "run aws cloudtrail update-subscription"
echo aws cloudtrail create-subscription
