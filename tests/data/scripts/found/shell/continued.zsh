#!/bin/zsh
print "größe 🦀"; aws \
  cloudtrail \
  create-subscription \
  --name=Default \
  --s3-use-bucket=audit-logs
