"""Options for the real packages mattermostautodriver and mattermostdriver."""

import mattermostautodriver
import mattermostdriver
import pytest
from conftest import OTHER_TOKEN, TOKEN

import mmcred

DRIVERS = {
    "mattermostautodriver": mattermostautodriver.TypedDriver,
    "mattermostdriver": mattermostdriver.Driver,
}


@pytest.mark.parametrize("package", DRIVERS)
def test_a_driver_logs_in_and_survives_a_new_token(package, fake, vault):
    vault.put("prod", mmcred.Credential(fake.url, fake.alice_token))
    token, token_id = fake.token_for(fake.alice)
    vault.put("prod", mmcred.Credential(fake.url, token), replace=True)
    driver = DRIVERS[package](mmcred.driver_options("prod", package=package, vault=vault))
    driver.login()
    assert driver.client.username == "alice"
    fake.call("POST", "users/tokens/revoke", {"token_id": token_id})
    vault.put("prod", mmcred.Credential(fake.url, fake.alice_token), replace=True)
    assert driver.users.get_user("me")["username"] == "alice"


@pytest.mark.parametrize("package", DRIVERS)
def test_a_401_is_tried_again_below_a_subpath(package, stage, vault):
    vault.put("prod", mmcred.Credential(f"{stage.url}/chat", TOKEN))
    stage.accept_only(OTHER_TOKEN, lambda: vault.put("prod", mmcred.Credential(f"{stage.url}/chat", OTHER_TOKEN), True))
    stage.answers["/chat/api/v4/users/me"] = stage.answers["/api/v4/users/me"]
    driver = DRIVERS[package](mmcred.driver_options("prod", package=package, vault=vault))
    driver.login()
    assert stage.paths() == ["/chat/api/v4/users/me"] * 2
    assert stage.header("Authorization") == [f"Bearer {TOKEN}", f"Bearer {OTHER_TOKEN}"]


def test_an_unknown_package(entry):
    with pytest.raises(mmcred.InvalidArgument):
        mmcred.driver_options("prod", package="x", vault=entry)
