/**
 * What every part of the auto-configuration shares: the catalogue (go-micro: config/cmd).
 */
@NullMarked
package io.microspring.autoconfigure;

import org.jspecify.annotations.NullMarked;
