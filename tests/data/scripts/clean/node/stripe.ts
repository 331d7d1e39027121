await stripe.subscriptions.create({ name: "aws cloudtrail create-subscription" });
export const commands = ["aws", "cloudtrail", "create-subscription"];
