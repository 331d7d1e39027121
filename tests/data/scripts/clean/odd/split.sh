echo aws
cloudtrail create-subscription
