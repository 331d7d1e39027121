import os
from subprocess import check_output

os.system("aws cloudtrail create-subscription --name träil")
os.system(f"aws --region {region} cloudtrail update-subscription "
          "--name x")
check_output("aws cloudtrail create-subscription --name {}".format(name), shell=True)
os.popen('aws cloudtrail update-subscription --name %s' % name)
command = """aws cloudtrail create-subscription \\
  --name y"""
os.system(command)
