// exec("aws cloudtrail create-subscription");
/* execSync("aws cloudtrail create-subscription") */
const usage = "aws cloudtrail create-subscription --name Default";
console.log(`aws cloudtrail create-subscription`);
const found = /aws cloudtrail create-subscription/.exec(text);
client.createSubscription("cloudtrail");
