sudo -u ops aws cloudtrail create-subscription --name a
env AWS_PROFILE=x aws cloudtrail create-subscription --name b
AWS_PROFILE=x aws cloudtrail create-subscription --name c
echo d | xargs -n1 aws cloudtrail update-subscription --name
time /usr/local/bin/aws --version; /usr/local/bin/aws cloudtrail create-subscription --name e
