# aws cloudtrail create-subscription --name Default
<#
aws cloudtrail create-subscription
#>
Write-Host "aws cloudtrail create-subscription"
$usage = "aws cloudtrail create-subscription --name x"
New-CTTrail -Name Default -S3BucketName audit-logs
