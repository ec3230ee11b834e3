package io.microspring.codec;

import java.lang.reflect.Method;
import java.lang.reflect.Type;

import com.google.protobuf.DynamicMessage;
import com.google.protobuf.MessageLite;
import io.microspring.errors.MicroException;
import org.jspecify.annotations.Nullable;

/**
 * The empty message of each generated class, looked up once: it is the way to the class's
 * parser and builder.
 */
final class Messages {

	private static final ClassValue<MessageLite> EMPTY = new ClassValue<>() {

		@Override
		protected MessageLite computeValue(Class<?> type) {
			try {
				Method method = type.getMethod("getDefaultInstance");
				return (MessageLite) method.invoke(null);
			}
			catch (ReflectiveOperationException | NullPointerException | ClassCastException ex) {
				throw MicroException
					.internalServerError(BodyCodec.ID,
							type.getName() + " has no empty message: name a generated class, not an interface")
					.because(ex);
			}
		}

	};

	private Messages() {
	}

	static boolean isMessage(@Nullable Type type) {
		return (type instanceof Class<?> c) ? MessageLite.class.isAssignableFrom(c) : type instanceof MessageType;
	}

	/**
	 * The empty message of a type.
	 * @param type a generated class or a {@link MessageType}
	 * @return the message
	 */
	static MessageLite empty(Type type) {
		return (type instanceof MessageType dynamic) ? DynamicMessage.getDefaultInstance(dynamic.descriptor())
				: EMPTY.get((Class<?>) type);
	}

}
