args=(cloudtrail create-subscription --name Default)
aws "${args[@]}"
