<# aws cloudtrail create-subscription #>
$Name = "Default"
aws cloudtrail create-subscription `
    --name $Name `
    --s3-use-bucket "audit-logs"
& "C:\Program Files\Amazon\AWSCLI\aws.exe" cloudtrail update-subscription --name x
Invoke-Expression "aws cloudtrail update-subscription --name y"
if ($env:OLD) { aws cloudtrail create-subscription --name z }
