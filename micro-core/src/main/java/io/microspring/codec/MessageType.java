package io.microspring.codec;

import java.lang.reflect.Type;

import com.google.protobuf.Descriptors.Descriptor;

/**
 * The type of protobuf messages of which there is no class, only a descriptor: they are
 * decoded to {@link com.google.protobuf.DynamicMessage}.
 *
 * @param descriptor what is in them
 */
public record MessageType(Descriptor descriptor) implements Type {

	@Override
	public String getTypeName() {
		return this.descriptor.getFullName();
	}

}
