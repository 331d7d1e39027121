import subprocess

NAME = "Default"
subprocess.run(["aws", "cloudtrail", "create-subscription", "--name", NAME], check=True)
subprocess.check_call(
    [
        "aws",
        "--region",
        region,
        "cloudtrail",
        "update-subscription",
        f"--name={NAME}",
    ]
)
cmd = ["aws", "cloudtrail", "update-subscription"]
cmd.append("--name")
subprocess.Popen(cmd)
