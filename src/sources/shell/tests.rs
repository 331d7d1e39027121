use super::{Call, cloudtrail_calls};

/// The calls as the command, the bytes of the words as written, and the words.
fn found(script: &str) -> Vec<(String, Vec<String>, Vec<String>)> {
    cloudtrail_calls(script)
        .into_iter()
        .map(|call: Call| {
            let (command, words) = (call.command.clone(), call.texts());
            let written = words.iter().map(|(_, at)| script[at.clone()].to_owned()).collect();
            (command, written, words.into_iter().map(|(word, _)| word).collect())
        })
        .collect()
}

/// One call, whose words are written as `written` and read as `words`.
#[track_caller]
fn one(script: &str, written: &str, words: &[&str]) {
    let found = found(script);
    assert_eq!(found.len(), 1, "{found:#?}");
    let (command, pieces, texts) = &found[0];
    assert_eq!(pieces.join("¦"), written);
    assert_eq!(texts, words);
    assert!(words.contains(&command.as_str()), "{command}");
}

/// One call of this command.
#[track_caller]
fn calls(script: &str, commands: &[&str]) {
    let found: Vec<_> = found(script).into_iter().map(|(command, ..)| command).collect();
    assert_eq!(found, commands, "{script}");
}

#[test]
fn words_and_ranges() {
    one(
        "aws cloudtrail create-subscription",
        "aws¦cloudtrail¦create-subscription",
        &["aws", "cloudtrail", "create-subscription"],
    );
    one(
        "aws --profile p --region=eu-west-1 cloudtrail --debug update-subscription --name 'my trail'",
        "aws¦--profile¦p¦--region=eu-west-1¦cloudtrail¦--debug¦update-subscription¦--name¦'my trail'",
        &[
            "aws",
            "--profile",
            "p",
            "--region=eu-west-1",
            "cloudtrail",
            "--debug",
            "update-subscription",
            "--name",
            "my trail",
        ],
    );
    one(
        "# ünïcode 🦀\naws cloudtrail create-subscription --name \"träil\" # aws\n",
        "aws¦cloudtrail¦create-subscription¦--name¦\"träil\"",
        &["aws", "cloudtrail", "create-subscription", "--name", "träil"],
    );
    one(
        "aws cloudtrail \\\n  create-subscription \\\r\n --s3-use-bucket b\\\nc > /dev/null 2>&1 --name x",
        "aws¦cloudtrail¦create-subscription¦--s3-use-bucket¦b\\\nc¦--name¦x",
        &["aws", "cloudtrail", "create-subscription", "--s3-use-bucket", "bc", "--name", "x"],
    );
    one(
        "aws cloudtrail start-logging --name \"$N\" ${X:-a b} $(date +%F) `id -u`",
        "aws¦cloudtrail¦start-logging¦--name¦\"$N\"¦${X:-a b}¦$(date +%F)¦`id -u`",
        &["aws", "cloudtrail", "start-logging", "--name", "$N", "${X:-a b}", "$(date +%F)", "`id -u`"],
    );
    one(
        "aws cloudtrail stop-logging --name \u{f0000}-trail",
        "aws¦cloudtrail¦stop-logging¦--name¦\u{f0000}-trail",
        &["aws", "cloudtrail", "stop-logging", "--name", "\u{f0000}-trail"],
    );
    one(
        "aws --region \u{f0001} cloudtrail update-subscription --name $'a\\'b'",
        "aws¦--region¦\u{f0001}¦cloudtrail¦update-subscription¦--name¦$'a\\'b'",
        &["aws", "--region", "\u{f0001}", "cloudtrail", "update-subscription", "--name", "a'b"],
    );
}

#[test]
fn prefixes() {
    for prefix in [
        "sudo",
        "sudo -u root -E",
        "sudo -H --",
        "env",
        "env A=1 B=2",
        "env -u X -i",
        "time",
        "time -p",
        "exec",
        "nohup",
        "AWS_PROFILE=x",
        "A=1 B='2 3'",
        "sudo env A=b nice -n 5",
        "command",
        "timeout -k 5 30s",
        "xargs -n1",
        "!",
        "aws-vault exec prod --",
        "run",
        "p6_run_write_cmd",
        "retry 5",
    ] {
        let script = format!("{prefix} aws cloudtrail create-subscription --name x");
        calls(&script, &["create-subscription"]);
        assert_eq!(cloudtrail_calls(&script)[0].words[0].range.start, prefix.len() + 1, "{prefix}");
    }
    for aws in ["/usr/local/bin/aws", "\"/opt/aws cli/aws\"", "$(which aws)", "${AWS:-aws}", "$AWS_CLI", "~/bin/aws"] {
        calls(&format!("{aws} cloudtrail create-subscription --name x"), &["create-subscription"]);
    }
}

#[test]
fn places() {
    let call = "aws cloudtrail create-subscription --name x";
    for script in [
        "if true; then CALL; fi",
        "if CALL; then :; fi",
        "if CALL\nthen\n:\nfi",
        "while read -r x; do CALL; done < list",
        "for r in a b; do\n  CALL\ndone",
        "f() {\n  CALL\n}",
        "function f { CALL; }",
        "(cd /x && CALL)",
        "x=$(CALL)",
        "x=\"$(CALL)\"",
        "x=`CALL`",
        "echo \"$(CALL)\"",
        "true | CALL | jq .",
        "CALL && echo done",
        "false || CALL || exit 1",
        "CALL &",
        "{ CALL; }",
        "case $x in\n a) CALL ;;\nesac",
        "case $x in\n a) CALL\nesac",
        "! CALL",
        "bash -c 'CALL'",
        "bash -eo pipefail -c 'CALL'",
        "bash <<< 'CALL'",
        "run() { log \"$@\"; eval \"$@\"; }\nrun CALL",
        "sh -ec \"CALL\"",
        "sudo bash -lc 'set -e; CALL'",
        "eval \"CALL\"",
        "eval CALL",
        "trap 'CALL' EXIT",
        "cat <<EOF\n$(CALL)\nEOF",
        "bash <<'EOF'\nset -e\nCALL\nEOF",
        "cat > x <<EOF\nhello\nEOF\nCALL",
        "[ -f x ] && CALL",
        "[[ $a == b ]] && CALL",
        "CALL > log 2>&1",
        "CALL >> log &",
        "CALL <<< input",
        "export X=1; CALL",
        "echo it\\'s; CALL",
        "until CALL; do sleep 1; done",
        "coproc_x=1\nCALL",
        "run() { echo \"$@\"; \"$@\"; }\nrun CALL",
        "wrapped() { \"$@\"; }\nwrapped CALL",
    ] {
        let script = script.replace("CALL", call);
        calls(&script, &["create-subscription"]);
        let words: Vec<_> = found(&script)[0].1.clone();
        assert_eq!(words.join(" "), call, "{script}");
    }
}

#[test]
fn variables() {
    one(
        "cmd=\"aws --profile $p cloudtrail create-subscription\"\n$cmd --name \"x\"",
        "aws¦--profile¦$p¦cloudtrail¦create-subscription¦--name¦\"x\"",
        &["aws", "--profile", "$p", "cloudtrail", "create-subscription", "--name", "x"],
    );
    one(
        "AWS='aws --region eu-west-1'\n$AWS cloudtrail create-subscription",
        "$AWS¦$AWS¦$AWS¦cloudtrail¦create-subscription",
        &["aws", "--region", "eu-west-1", "cloudtrail", "create-subscription"],
    );
    one(
        "opts='--region eu-west-1'\naws $opts cloudtrail create-subscription",
        "aws¦$opts¦$opts¦cloudtrail¦create-subscription",
        &["aws", "--region", "eu-west-1", "cloudtrail", "create-subscription"],
    );
    calls("aws $OPTS cloudtrail create-subscription --name x", &["create-subscription"]);
    calls("aws ${P:+--profile $P} cloudtrail $R create-subscription --name x", &["create-subscription"]);
    calls("c=(aws cloudtrail create-subscription --name x)\n\"${c[@]}\"", &["create-subscription"]);
    calls("c=(aws cloudtrail)\nc+=(update-subscription)\n\"${c[@]}\" --name x", &["update-subscription"]);
    calls("c='aws cloudtrail'\nc+=' update-subscription --name x'\n$c", &["update-subscription"]);
    calls("c='aws cloudtrail update-subscription --name \"a b\"'\neval $c", &["update-subscription"]);
    calls("c='aws cloudtrail update-subscription --name x'\neval \"$c\"", &["update-subscription"]);
    calls("local c='aws cloudtrail update-subscription --name x'; bash -c \"$c\"", &["update-subscription"]);
    calls("a=aws\nb=\"$a cloudtrail\"\n$b create-subscription", &["create-subscription"]);
    calls(
        "if x; then c='aws cloudtrail create-subscription'; else c='aws cloudtrail update-subscription'; fi\n$c --name x",
        &["create-subscription", "update-subscription"],
    );
    calls("c=aws\nc=\"$c cloudtrail\"\nc=\"$c create-subscription\"\n$c --name x", &["create-subscription"]);
    calls("AWS=/usr/local/bin/aws\n\"$AWS\" cloudtrail create-subscription", &["create-subscription"]);
    calls("c='aws cloudtrail create-subscription'\n\"$c\" --name x", &[]);
    calls("verb=create-subscription\naws cloudtrail $verb --name x", &["create-subscription"]);
}

#[test]
fn near_misses() {
    for script in [
        "",
        "# aws cloudtrail create-subscription --name x",
        "true # aws cloudtrail create-subscription",
        "echo aws cloudtrail create-subscription",
        "echo \"aws cloudtrail create-subscription\"",
        "printf '%s\\n' 'aws cloudtrail create-subscription'",
        "log \"run aws cloudtrail create-subscription\"",
        "cmd=\"aws cloudtrail create-subscription\"",
        "cmd='aws cloudtrail create-subscription'; echo $cmd",
        "cat <<EOF\naws cloudtrail create-subscription\nEOF",
        "cat <<'EOF'\n$(aws cloudtrail create-subscription)\nEOF",
        "cat <<-EOF\n\taws cloudtrail create-subscription\n\tEOF",
        "aws dms create-event-subscription --name cloudtrail",
        "aws s3 ls s3://cloudtrail create-subscription",
        "aws --profile cloudtrail s3 ls",
        "gcloud pubsub cloudtrail create-subscription",
        "cloudtrail create-subscription",
        "aws cloudtrail",
        "aws help cloudtrail create-subscription",
        "awscloudtrail create-subscription",
        "grep 'aws cloudtrail create-subscription' x",
        "grep -- aws cloudtrail create-subscription",
        "command -v aws cloudtrail create-subscription",
        "which aws cloudtrail create-subscription",
        "x='\naws cloudtrail create-subscription\n'",
        "echo 'first\naws cloudtrail create-subscription\nlast'",
        "say() { echo \"$@\"; }\nsay aws cloudtrail create-subscription",
        "for x in aws cloudtrail create-subscription; do echo $x; done",
        "case aws in cloudtrail) ;; esac",
        "[ aws = cloudtrail ]",
        "aws() { echo cloudtrail create-subscription; }",
        "aws ec2 describe-instances; cloudtrail create-subscription",
        "aws\ncloudtrail create-subscription",
        "bash -x aws cloudtrail create-subscription",
        "bash x.sh <<< 'aws cloudtrail create-subscription'",
        "run() { echo \"$@\"; }\nrun aws cloudtrail create-subscription",
        "dry_run aws cloudtrail create-subscription",
    ] {
        calls(script, &[]);
    }
}

#[test]
fn other_commands_are_told_apart() {
    calls(
        "aws cloudtrail create-trail --name a\naws cloudtrail start-logging --name a",
        &["create-trail", "start-logging"],
    );
    calls("aws cloudtrail create-subscription help", &["create-subscription"]);
    calls("aws cloudtrail $VERB --name a", &["$VERB"]);
}

#[test]
fn what_does_not_parse_still_tells() {
    for script in [
        "if then fi (((\naws cloudtrail create-subscription --name x\n",
        "}}}\naws cloudtrail create-subscription --name x",
        "aws cloudtrail create-subscription --name x\nif [ ; then (",
        "foo ( bar\n  aws cloudtrail \\\n create-subscription --name x\n",
        "{% if x %}\naws cloudtrail create-subscription --name {{ name }}\n{% endif %}",
    ] {
        calls(script, &["create-subscription"]);
    }
    calls(
        "if then fi (((\n# aws cloudtrail create-subscription\ncat <<E\naws cloudtrail create-subscription\nE\n",
        &[],
    );
}

#[test]
fn never_panics_and_ends() {
    let call = "aws cloudtrail create-subscription";
    let long = format!("echo {}; {call}", "x ".repeat(200_000));
    calls(&long, &["create-subscription"]);
    for opening in ["(", "$(", "{ ", "`", "\"", "'", "${", "if ", "<<E\n", "[[ ", "case x in "] {
        let _ = cloudtrail_calls(&format!("{}{call}", opening.repeat(2_000)));
        let _ = cloudtrail_calls(&format!("{call} {}", opening.repeat(2_000)));
    }
    for end in 0..call.len() {
        for odd in ["\\", "'", "\"", "$", "$(", "`", "é", "\u{f0000}", "\r", "\0", "<", ">", "&>"] {
            let _ = cloudtrail_calls(&format!("{} cloudtrail {odd}", &call[..end]));
            let _ = cloudtrail_calls(&format!("{odd}{}{odd}{}", &call[..end], &call[end..]));
        }
    }
    let doubling: String = (0..64).map(|i| format!("v{}=$v{i}$v{i}\n", i + 1)).collect();
    let _ = cloudtrail_calls(&format!("v0=aws\n{doubling}$v64 cloudtrail create-subscription"));
}
