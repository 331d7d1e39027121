FROM amazonlinux:2
RUN <<EOF
set -e
aws cloudtrail create-subscription --name Default
EOF
RUN --mount=type=cache,target=/x bash <<EOT
aws cloudtrail update-subscription --name x
EOT
