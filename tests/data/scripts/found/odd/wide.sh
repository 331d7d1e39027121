echo "🦀🦀"; aws cloudtrail create-subscription --name "größe"
