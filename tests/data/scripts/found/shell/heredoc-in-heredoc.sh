bash <<OUTER
cat <<INNER > /tmp/notes
aws cloudtrail create-subscription --name only-a-note
INNER
aws cloudtrail create-subscription --name Default
OUTER
