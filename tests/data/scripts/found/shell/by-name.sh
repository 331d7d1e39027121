AWS_CLI="${AWS_CLI:-aws}"
$AWS_CLI cloudtrail create-subscription --name Default
