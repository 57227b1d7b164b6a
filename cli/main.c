#include <pds/secret.h>

int main(void)
{
    pds_secret_init();
    return 0;
}
