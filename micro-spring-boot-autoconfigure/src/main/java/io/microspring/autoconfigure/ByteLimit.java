package io.microspring.autoconfigure;

import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.util.unit.DataSize;

/**
 * A size that a property sets, of what is held in memory as a whole.
 *
 * @param property the name of the property
 * @param size what it says
 */
public record ByteLimit(String property, DataSize size) {

	/**
	 * Creates the limit.
	 * @param property the name of the property
	 * @param size what it says
	 * @throws InvalidConfigurationPropertyValueException when that is nothing, or more
	 * than there can be in one piece
	 */
	public ByteLimit {
		if (size.toBytes() < 1 || size.toBytes() > Integer.MAX_VALUE) {
			throw new InvalidConfigurationPropertyValueException(property, size,
					"A size here is between 1 and " + Integer.MAX_VALUE + " bytes.");
		}
	}

	/**
	 * The number of bytes, as the library takes it.
	 * @return the bytes
	 */
	public int bytes() {
		return (int) this.size.toBytes();
	}

}
