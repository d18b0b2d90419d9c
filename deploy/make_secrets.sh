#!/bin/sh
# Make the secrets of the edge server, each at random and in a file of its own. What is there is kept.
#
# The folder is for its owner alone. The files in it can be read by all: an engine mounts each into a container as it
# is, and a container's user is nobody on this machine.
set -eu
cd "$(dirname "$0")/.."
umask 077
mkdir -p secrets
chmod 700 secrets

random() {
    od -An -N32 -tx1 /dev/urandom | tr -d ' \n'
}

keep() { # NAME CONTENT
    if [ -d "secrets/$1" ]; then # an engine makes an empty folder of a file that it was to mount and did not find
        rmdir "secrets/$1"
    fi
    if [ -s "secrets/$1" ]; then
        echo "kept  secrets/$1"
        return
    fi
    printf '%s\n' "$2" > "secrets/$1.unfinished"
    chmod 444 "secrets/$1.unfinished"
    mv "secrets/$1.unfinished" "secrets/$1"
    echo "made  secrets/$1"
}

address() { # LOGIN PASSWORD
    echo "postgresql://$1:$2@postgres:5432/kitchen"
}

keep postgres_password "$(random)"
keep owner_database_url "$(address kitchen "$(cat secrets/postgres_password)")"
keep service_database_url "$(address printing "$(random)")"
keep backend_database_url "$(address orders "$(random)")"
keep operator_database_url "$(address staff "$(random)")"
keep backend_secret_key "$(random)"
keep pos_token "$(random)"
keep grafana_password "$(random)"
