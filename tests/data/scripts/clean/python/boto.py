import boto3
import subprocess

client = boto3.client("cloudtrail")
client.create_trail(Name="create-subscription", S3BucketName="b")
subprocess.run(["aws", "dms", "create-event-subscription", "--subscription-name", "cloudtrail"])
