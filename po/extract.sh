#!/bin/sh
# extract.sh TOP POT: gathers the messages of the C sources below TOP into the template POT.
set -eu
top=$1
case $2 in
/*) pot=$2 ;;
*) pot=$PWD/$2 ;;
esac
cd "$top"
find base cms pdf seal token timestamp view pdfsign cli -name '*.[ch]' | LC_ALL=C sort |
    xgettext --language=C --from-code=UTF-8 --files-from=- --output=- --no-wrap --no-location \
        --package-name=pdfsign --force-po \
        --keyword=_ --keyword=N_ \
        --keyword=PDS_FAIL:3 --keyword=PDS_FAIL_AT:4 --keyword=pds_fail:4 \
        --keyword=pds_finding_add:4 --keyword=pds_result_printf:4 --keyword=pds_err_hint:3 --keyword=pds_err_expected:3 \
        --keyword=pds_p11_check:2 --keyword=pds_pcsc_check:2 --keyword=pds_piv_check:2 --keyword=no_cms:2 --keyword=no_whole_seal:2 \
        --keyword=CLI_FAIL:3 --keyword=cli_fail:4 --keyword=cli_fault_hint:2 \
        --flag=PDS_FAIL:3:c-format --flag=PDS_FAIL_AT:4:c-format --flag=pds_fail:4:c-format \
        --flag=pds_finding_add:4:c-format --flag=pds_result_printf:4:c-format --flag=CLI_FAIL:3:c-format --flag=cli_fail:4:c-format --flag=cli_fault_hint:2:c-format |
    sed -e '/^"POT-Creation-Date:/d' -e 's/charset=CHARSET/charset=UTF-8/' >"$pot"
