aws cloudtrail describe-trails
aws cloudtrail get-trail-status --name Default
