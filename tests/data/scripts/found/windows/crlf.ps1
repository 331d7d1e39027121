param([string]$Name)
$parts = @("cloudtrail", "create-subscription", "--name", $Name)
aws @parts
