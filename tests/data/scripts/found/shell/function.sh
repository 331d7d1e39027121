run() {
  echo "+ $*"
  "$@"
}
run aws cloudtrail create-subscription --name Default
bash -c "aws cloudtrail update-subscription --name x"
