notify aws cloudtrail create-subscription
assert_equal "aws cloudtrail create-subscription" "$out"
[[ $line == *"aws cloudtrail create-subscription"* ]]
case $x in "aws cloudtrail create-subscription") ;; esac
