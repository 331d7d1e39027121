cmd="aws --region eu-west-1 cloudtrail create-subscription"
cmd="$cmd --name Default"
$cmd
