if grep -q "cloudtrail create-subscription" script.sh; then echo old; fi
git log --grep 'aws cloudtrail create-subscription'
