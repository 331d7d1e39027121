const { execSync, spawn, exec } = require("child_process");
// The old way.
execSync("aws cloudtrail create-subscription --name Default");
spawn("aws", ["cloudtrail", "update-subscription", "--name", name], { stdio: "inherit" });
exec(`aws cloudtrail create-subscription --name ${name}`, (error) => { if (error) throw error; });
