name = "Default"
puts `aws cloudtrail create-subscription --name #{name}`
system("aws --region #{region} cloudtrail update-subscription --name x")
system("aws", "cloudtrail", "create-subscription", "--name", name)
out = %x(aws cloudtrail update-subscription --name y)
cmdline = "aws --region #{region} cloudtrail create-subscription " << "--name #{name} --s3-use-bucket b"
system(cmdline)
