# cloudtrail
aws dms create-event-subscription --subscription-name cloudtrail --sns-topic-arn arn
gcloud pubsub subscriptions create cloudtrail
aws budgets create-subscriber --account-id 1
aws redshift create-event-subscription --subscription-name cloudtrail
az eventgrid event-subscription create --name cloudtrail
aws sns subscribe --topic-arn arn:aws:sns:::cloudtrail
