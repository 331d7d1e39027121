docker run --rm -v ~/.aws:/root/.aws amazon/aws-cli:1.16.0 cloudtrail create-subscription --name Default --s3-use-bucket b
podman run docker.io/amazon/aws-cli cloudtrail update-subscription --name Default
