for region in eu-west-1 us-east-1; do
	aws --profile audit --region "$region" cloudtrail --debug create-subscription --name "t-$region" --s3-new-bucket "b-$region"
done
