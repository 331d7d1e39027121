cat <<EOF
Once this was:
  aws cloudtrail create-subscription --name Default
EOF
